using Microsoft.Extensions.Options;
using Nirmaan.Web.Sandbox;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests.SignIn;

public sealed class SecretTests
{
    private const int FewIterations = 10;

    [Fact]
    public void A_stored_hash_knows_its_password_and_no_other()
    {
        var stored = PasswordHash.TryParse(PasswordHash.Of("correct horse", FewIterations).ToString());
        stored.ShouldNotBeNull().Matches("correct horse").ShouldBeTrue();
        stored.Matches("correct horse ").ShouldBeFalse();
        stored.Matches("").ShouldBeFalse();
    }

    [Fact]
    public void The_hash_is_pbkdf2_with_sha_256()
    {
        // Salt 00..0f, 1,000 iterations; the value is from another implementation (Python's hashlib).
        PasswordHash.TryParse("pbkdf2-sha256:1000:AAECAwQFBgcICQoLDA0ODw==:JeuGrMduQwGPGLmo+Qwv7UYtHHmeg9SK49fGkEamC2c=").ShouldNotBeNull().Matches("password").ShouldBeTrue();
    }

    [Fact]
    public void The_same_password_is_never_stored_twice_alike() =>
        PasswordHash.Of("a", FewIterations).ToString().ShouldNotBe(PasswordHash.Of("a", FewIterations).ToString());

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("demo-ops")]
    [InlineData("md5:1:AAECAwQFBgcICQoLDA0ODw==:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("pbkdf2-sha256:0:AAECAwQFBgcICQoLDA0ODw==:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("pbkdf2-sha256:1000:AAEC:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("pbkdf2-sha256:1000:AAECAwQFBgcICQoLDA0ODw==:AAAA")]
    public void What_is_no_hash_is_refused(string? text) => PasswordHash.TryParse(text).ShouldBeNull();

    [Theory]
    [InlineData("/fleet?x=1#a", "/fleet?x=1#a")]
    [InlineData("/", "/")]
    [InlineData(null, "/")]
    [InlineData("", "/")]
    [InlineData("fleet", "/")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("/\t/evil.example", "/")]
    [InlineData("/fleet\r\nSet-Cookie: a=b", "/")]
    [InlineData("/sign-in?returnUrl=/sign-in", "/")]
    public void A_return_url_never_leaves_the_site(string? url, string goesTo) => ReturnUrl.OrStart(url).ShouldBe(goesTo);

    [Fact]
    public void Wrong_settings_are_named_with_their_key()
    {
        var options = new StaffOptions
        {
            Accounts = { new StaffAccountOptions { Email = "ops", PasswordHash = "plain", Roles = { "root" } } },
            ApiKeys = { new ApiKeyOptions { Name = "", Sha256 = "12" } },
            AttemptsPerMinute = 0,
        };
        var faults = new StaffOptionsCheck().Validate(null, options).Failures.ShouldNotBeNull().ToList();
        foreach (var key in new[] { "Staff:Accounts:0:Email", "Staff:Accounts:0:PasswordHash", "Staff:Accounts:0:Roles", "Staff:ApiKeys:0:Name", "Staff:ApiKeys:0:Account", "Staff:ApiKeys:0:Sha256", "Staff:ApiKeys:0:Roles", "Staff:AttemptsPerMinute" })
        {
            faults.ShouldContain(fault => fault.StartsWith(key, StringComparison.Ordinal), key);
        }
    }

    [Fact]
    public void The_same_account_twice_is_refused()
    {
        StaffAccountOptions Account(string email) => new() { Email = email, PasswordHash = PasswordHash.Of("x", FewIterations).ToString(), Roles = { Roles.Ops } };
        new StaffOptionsCheck().Validate(null, new StaffOptions { Accounts = { Account("a@b.example"), Account("A@B.example") } }).FailureMessage.ShouldNotBeNull().ShouldContain("2 times");
    }

    [Theory]
    [InlineData("http://127.0.0.1:5290", true)]
    [InlineData("127.0.0.1:5290", false)]
    [InlineData("file:///tmp", false)]
    public void A_sandbox_is_an_http_address(string url, bool isFine) =>
        new SandboxOptionsCheck().Validate(null, new SandboxOptions { Url = new Uri(url, UriKind.RelativeOrAbsolute) }).Succeeded.ShouldBe(isFine);

    [Fact]
    public void The_verb_hash_password_prints_what_configuration_stores()
    {
        var printed = new StringWriter();
        SecretTools.TryRun(["hash-password"], new StringReader("hunter2\n"), printed).ShouldBeTrue();
        PasswordHash.TryParse(printed.ToString().Trim()).ShouldNotBeNull().Matches("hunter2").ShouldBeTrue();
    }

    [Fact]
    public async Task The_verb_new_api_key_prints_a_key_and_the_digest_that_admits_it()
    {
        var printed = new StringWriter();
        SecretTools.TryRun(["new-api-key"], TextReader.Null, printed).ShouldBeTrue();
        var words = printed.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var (key, digest) = (words[1], words[3]);
        var keys = new ConfiguredApiKeys(
            new FixedOptions<StaffOptions>(WithKey(digest, "ANN@nirmaan.example", [Roles.Ops])), Options.Create(new SandboxOptions()));
        (await keys.FindAsync(key, TestContext.Current.CancellationToken)).ShouldNotBeNull().Name.ShouldBe("cron");
        (await keys.FindAsync(key + "x", TestContext.Current.CancellationToken)).ShouldBeNull();
    }

    [Fact]
    public async Task A_key_acts_under_its_accounts_name_so_that_two_consents_are_of_two_persons() =>
        (await FindKeyAsync(WithKey(ApiKey.Digest("nrm_k"), "ANN@nirmaan.example", [Roles.Ops]))).ShouldNotBeNull().Account.ShouldBe("ann@nirmaan.example");

    [Fact]
    public async Task A_key_ends_with_its_account()
    {
        var options = WithKey(ApiKey.Digest("nrm_k"), "ann@nirmaan.example", [Roles.Ops]);
        options.Accounts.Clear();
        (await FindKeyAsync(options)).ShouldBeNull();
    }

    [Theory]
    [InlineData("ops", "ops", true), InlineData("admin", "ops", true), InlineData("ops", "admin", false), InlineData("auditor", "ops", false)]
    public void A_key_may_do_no_more_than_its_account(string account, string key, bool isFine)
    {
        var options = WithKey(new string('A', 64), "ann@nirmaan.example", [key]);
        options.Accounts[0].Roles[0] = account;
        new StaffOptionsCheck().Validate(null, options).Succeeded.ShouldBe(isFine);
    }

    private static async Task<ApiKey?> FindKeyAsync(StaffOptions options) =>
        await new ConfiguredApiKeys(new FixedOptions<StaffOptions>(options), Options.Create(new SandboxOptions())).FindAsync("nrm_k", TestContext.Current.CancellationToken);

    private static StaffOptions WithKey(string digest, string account, IEnumerable<string> roles)
    {
        var key = new ApiKeyOptions { Name = "cron", Account = account, Sha256 = digest };
        foreach (var role in roles) { key.Roles.Add(role); }
        return new StaffOptions
        {
            Accounts = { new StaffAccountOptions { Email = "ann@nirmaan.example", PasswordHash = PasswordHash.Of("x", FewIterations).ToString(), Roles = { Roles.Ops } } },
            ApiKeys = { key },
        };
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8:0:0:ffff::2", true), InlineData("2001:db8::1", "2001:db8:0:1::1", false), InlineData("::ffff:203.0.113.7", "203.0.113.7", true), InlineData("203.0.113.7", "203.0.113.8", false)]
    public void Addresses_that_one_caller_holds_share_one_limit(string one, string other, bool isSame) =>
        (SignInServices.Caller(System.Net.IPAddress.Parse(one)) == SignInServices.Caller(System.Net.IPAddress.Parse(other))).ShouldBe(isSame);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Demo_keys_work_in_a_sandbox_only(bool isSandbox)
    {
        var keys = new ConfiguredApiKeys(new FixedOptions<StaffOptions>(new StaffOptions()), Options.Create(new SandboxOptions { Url = isSandbox ? new Uri("http://127.0.0.1:1") : null }));
        ((await keys.FindAsync("nrm_demo-admin", TestContext.Current.CancellationToken)) is not null).ShouldBe(isSandbox);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Demo_accounts_work_in_a_sandbox_only(bool isSandbox) =>
        (Accounts(new StaffOptions(), isSandbox).Check("OPS@nirmaan.example", "demo-ops") is not null).ShouldBe(isSandbox);

    [Fact]
    public void A_session_ends_when_its_account_changes()
    {
        var account = new StaffAccountOptions { Email = "ann@nirmaan.example", PasswordHash = PasswordHash.Of("x", FewIterations).ToString(), Roles = { Roles.Ops } };
        var options = new StaffOptions { Accounts = { account } };
        var accounts = Accounts(options, isSandbox: false);
        var ann = StaffAccounts.Principal(accounts.Check("ann@nirmaan.example", "x").ShouldNotBeNull());
        accounts.IsCurrent(ann).ShouldBeTrue();
        account.Roles.Add(Roles.Admin);
        accounts.IsCurrent(ann).ShouldBeFalse();
        account.Roles.Remove(Roles.Admin);
        accounts.IsCurrent(ann).ShouldBeTrue();
        options.Accounts.Clear();
        accounts.IsCurrent(ann).ShouldBeFalse();
    }

    [Fact]
    public void Whoever_is_no_admin_any_more_does_not_consent()
    {
        var account = new StaffAccountOptions { Email = "ann@nirmaan.example", PasswordHash = PasswordHash.Of("x", FewIterations).ToString(), Roles = { Roles.Admin } };
        var options = new StaffOptions { Accounts = { account } };
        var consenters = new StaffConsenters(Accounts(options, isSandbox: false));
        consenters.May("Ann@nirmaan.example").ShouldBeTrue();
        account.Roles[0] = Roles.Ops;
        consenters.May("ann@nirmaan.example").ShouldBeFalse();
        options.Accounts.Clear();
        consenters.May("ann@nirmaan.example").ShouldBeFalse();
    }

    private static StaffAccounts Accounts(StaffOptions options, bool isSandbox) =>
        new(new FixedOptions<StaffOptions>(options), Options.Create(new SandboxOptions { Url = isSandbox ? new Uri("http://127.0.0.1:1") : null }));

    private sealed class FixedOptions<T>(T value) : IOptionsMonitor<T>
    {
        public T CurrentValue => value;

        public T Get(string? name) => value;

        public IDisposable? OnChange(Action<T, string?> listener) => null;
    }
}
