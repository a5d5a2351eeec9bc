namespace MaaS.Core.Generation.Chat;

/// <summary>A part of what a model wrote: text, or a whole call.</summary>
/// <param name="Text">Text for the reader; empty beside a call.</param>
/// <param name="Call">A call; null beside text.</param>
public readonly record struct ToolCallPiece(string Text, ChatToolCall? Call);
