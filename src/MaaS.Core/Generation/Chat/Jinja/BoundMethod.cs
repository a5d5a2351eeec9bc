namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>A method together with the value that it belongs to.</summary>
internal sealed record BoundMethod(object Value, TemplateFunction Function);
