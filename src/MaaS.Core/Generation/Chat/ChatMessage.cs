namespace MaaS.Core.Generation.Chat;

/// <summary>A message of a conversation.</summary>
/// <param name="Role">Who speaks: <c>system</c>, <c>user</c>, <c>assistant</c>, <c>tool</c>, or what a template knows
/// besides.</param>
/// <param name="Content">The text; null where an assistant only calls tools.</param>
/// <param name="ToolCalls">The tools that an assistant calls; null for none.</param>
/// <param name="ToolCallId">The call that a tool's message answers; null for other messages.</param>
/// <param name="Name">The speaker's or the tool's name; null for none.</param>
public sealed record ChatMessage(
    string Role, string? Content, IReadOnlyList<ChatToolCall>? ToolCalls = null, string? ToolCallId = null,
    string? Name = null);
