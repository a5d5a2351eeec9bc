namespace MaaS.Text.Unicode;

/// <summary>A part of a text.</summary>
/// <param name="Start">Index of its first UTF-16 unit, as a <see cref="string"/> counts.</param>
/// <param name="End">Index after its last UTF-16 unit.</param>
public readonly record struct TextSpan(int Start, int End)
{
    /// <summary>UTF-16 units in it.</summary>
    public int Length => End - Start;
}
