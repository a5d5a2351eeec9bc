using System.Text.Json;
using System.Text.Unicode;
using MaaS.Text.Models;

namespace MaaS.Text.Decoders;

/// <summary>Turns runs of byte tokens into text; a run that is no UTF-8 becomes one U+FFFD for each byte.</summary>
internal sealed class ByteFallbackDecoder : IDecoder
{
    public const string TypeName = "ByteFallback";

    public string Name => TypeName;

    public void WriteMembers(Utf8JsonWriter writer)
    {
        // The name says all.
    }

    public List<string> Decode(List<string> tokens)
    {
        List<string> pieces = [];
        List<byte> run = [];
        foreach (var token in tokens)
        {
            if (ByteTokens.TryParse(token, out var value))
            {
                run.Add(value);
                continue;
            }

            Flush(run, pieces);
            pieces.Add(token);
        }

        Flush(run, pieces);
        return pieces;
    }

    private static void Flush(List<byte> run, List<string> pieces)
    {
        if (run.Count == 0)
        {
            return;
        }

        var bytes = run.ToArray();
        pieces.Add(
            Utf8.IsValid(bytes) ? System.Text.Encoding.UTF8.GetString(bytes) : new string('\uFFFD', bytes.Length));
        run.Clear();
    }
}
