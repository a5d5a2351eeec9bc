using System.Text.Json;
using MaaS.Text.Unicode;

namespace MaaS.Text.Normalizers;

/// <summary>One of Unicode's four normalization forms.</summary>
internal sealed class UnicodeNormalizer(string name, bool compatibility, bool compose) : INormalizer
{
    public string Name => name;

    public void WriteMembers(Utf8JsonWriter writer)
    {
        // The name says all.
    }

    public void Normalize(TextBuffer text) => UnicodeNormalization.Normalize(text, compatibility, compose);
}
