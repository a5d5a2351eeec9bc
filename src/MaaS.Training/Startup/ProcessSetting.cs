namespace MaaS.Training.Startup;

/// <summary>One setting of the process.</summary>
/// <param name="Name">As the library that reads it calls it.</param>
/// <param name="Value">What holds in this process.</param>
/// <param name="Source">Who said so: MaaS, the user's environment, or the library itself.</param>
public sealed record ProcessSetting(string Name, string Value, string Source)
{
    internal const string FromMaaS = "MaaS", FromUser = "environment", FromLibrary = "library";

    /// <inheritdoc/>
    public override string ToString() => $"{Name} = {Value} ({Source})";
}
