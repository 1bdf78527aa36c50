using Nirmaan.Domain.Fleet;

namespace Nirmaan.Providers.Tests.Conformance;

/// <summary>What the suite must know of a supplier that is called over HTTP and cannot ask its adapter.</summary>
/// <param name="Section">Name of the section below <c>Providers</c>.</param>
/// <param name="Group">Its name in the sandbox: first part of its endpoints' names and of their paths.</param>
/// <param name="Key">The account's key.</param>
/// <param name="KeyHeader">Header that carries the key.</param>
/// <param name="CreateFault">Name of the create endpoint in the sandbox; a fault strikes it.</param>
/// <param name="ListFault">Name of the list endpoint.</param>
/// <param name="Create">Method and path of the create call.</param>
/// <param name="List">Method and path of the list call.</param>
/// <param name="Thing">Path of one thing, before its id.</param>
/// <param name="StateWord">The supplier's word for something newly created.</param>
/// <param name="WithoutId">A good answer of the create call that names no id.</param>
/// <param name="UnknownId">An id in its form that it never gave out.</param>
/// <param name="Books">Its name in the sandbox's bills and containers' ids where that is not the group's.</param>
/// <param name="MayAnswerNothing">True when a good create may have no answer at all, so that the list is asked at once.</param>
public sealed record HttpSupplier(
    string Section, string Group, string Key, string KeyHeader, string CreateFault, string ListFault, string Create, string List, string Thing, string StateWord,
    string WithoutId, string UnknownId, Func<string, (string, string)[], RentRequest> Request, string? Books = null, bool MayAnswerNothing = false)
{
    public string Find(string id) => $"GET {Thing}/{id}";

    public string Close(string id) => $"DELETE {Thing}/{id}";
}
