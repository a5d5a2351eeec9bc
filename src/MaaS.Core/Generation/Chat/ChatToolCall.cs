using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace MaaS.Core.Generation.Chat;

/// <summary>A model's call of a tool.</summary>
/// <param name="Id">What the tool's answer refers to; null where there is none.</param>
/// <param name="Name">The tool.</param>
/// <param name="Arguments">A JSON text, an object for nearly every tool; empty for an empty object.</param>
public sealed record ChatToolCall(string? Id, string Name, string Arguments)
{
    private const int IdLength = 9;

    private const string IdCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>A new id: 9 letters and digits, the one form that every family's template takes when the call comes
    /// back (Mistral's takes no other).</summary>
    public static string NewId() => RandomNumberGenerator.GetString(IdCharacters, IdLength);

    /// <summary>Whether an id has the form of <see cref="NewId"/>.</summary>
    /// <param name="id">May be null.</param>
    public static bool IsId([NotNullWhen(true)] string? id)
        => id is { Length: IdLength } && id.All(char.IsAsciiLetterOrDigit);
}
