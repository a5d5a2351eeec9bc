using System.Text.Json;
using MaaS.Text.Components;
using MaaS.Text.Unicode;

namespace MaaS.Text.Normalizers;

/// <summary>Leaves white space at the ends out.</summary>
internal sealed class StripNormalizer(bool left, bool right) : INormalizer
{
    public const string TypeName = "Strip";

    public string Name => TypeName;

    public static StripNormalizer Read(ComponentJson json)
        => new(json.Bool("strip_left", true), json.Bool("strip_right", true));

    public void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteBoolean("strip_left", left);
        writer.WriteBoolean("strip_right", right);
    }

    public void Normalize(TextBuffer text)
    {
        var (start, end) = (0, text.Length);
        while (left && start < end && char.IsWhiteSpace(text.Chars[start]))
        {
            start++;
        }

        while (right && end > start && char.IsWhiteSpace(text.Chars[end - 1]))
        {
            end--;
        }

        if (end - start == text.Length)
        {
            return;
        }

        text.BeginRewrite();
        for (var i = start; i < end; i++)
        {
            text.Keep(i);
        }

        text.EndRewrite();
    }
}
