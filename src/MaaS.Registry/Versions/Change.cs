namespace MaaS.Registry.Versions;

/// <summary>Who changes something, and why.</summary>
/// <param name="Who">A person or a program.</param>
/// <param name="Reason">Why; null to say nothing.</param>
public sealed record Change(string Who, string? Reason = null)
{
    /// <summary>The user of this process.</summary>
    public static Change ByUser(string? reason = null) => new(Environment.UserName, reason);
}
