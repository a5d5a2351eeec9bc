namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>A variable, attribute or item that there is not: prints as nothing, counts as false and as empty.</summary>
/// <param name="Description">What was looked for, as an error says it.</param>
internal sealed record Undefined(string Description)
{
    /// <summary>What there is not, as a fault.</summary>
    public TemplateFault Fault() => new($"{Description} is undefined");
}
