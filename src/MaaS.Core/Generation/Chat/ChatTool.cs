using System.Text.Json;

namespace MaaS.Core.Generation.Chat;

/// <summary>A tool that a model may call.</summary>
/// <param name="Name">Letters, digits, '_' and '-'.</param>
/// <param name="Description">What it does, for the model; null for none.</param>
/// <param name="Parameters">A JSON schema of an object; null for a tool without parameters.</param>
public sealed record ChatTool(string Name, string? Description = null, JsonElement? Parameters = null);
