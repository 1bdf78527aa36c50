namespace Nirmaan.Control.Rewards;

/// <summary>Who may consent to what is paid out, asked at each look: a consent counts only as long as its person may give it.</summary>
public interface IConsenters
{
    /// <summary>Whether this person may consent now.</summary>
    /// <param name="who">As it stands beside the consent.</param>
    bool May(string who);
}

/// <summary>Where nobody keeps accounts, everyone who can call may.</summary>
internal sealed class AnyConsenter : IConsenters
{
    public bool May(string who) => true;
}
