namespace MaaS.Text.Cleaning;

/// <summary>Lower case, by Unicode's simple mapping, whatever the language.</summary>
internal sealed class LowerCase : ICleaningStep
{
    public string Name => "lower-case";

    public string Description => "lower-case letters";

#pragma warning disable CA1308 // Lower case is what models expect: it is no comparison.
    public string Apply(string text) => text.ToLowerInvariant();
#pragma warning restore CA1308
}
