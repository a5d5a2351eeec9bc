namespace MaaS.Core.Generation.Chat;

/// <summary>A model's call of a tool.</summary>
/// <param name="Id">What the tool's answer refers to; null where there is none.</param>
/// <param name="Name">The tool.</param>
/// <param name="Arguments">A JSON text, an object for nearly every tool.</param>
public sealed record ChatToolCall(string? Id, string Name, string Arguments);
