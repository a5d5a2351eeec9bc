using System.Text.Json;
using MaaS.Text.Components;

namespace MaaS.Text.Decoders;

/// <summary>Joins the parts of words and sets words apart with spaces, but for punctuation where <c>cleanup</c> asks
/// for it.</summary>
internal sealed class WordPieceDecoder(string prefix, bool cleanup) : IDecoder
{
    public const string TypeName = "WordPiece";

    // What English typography wants, as in the reference implementation.
    private static readonly (string From, string To)[] Cleanups =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"),
        (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    public string Name => TypeName;

    public static WordPieceDecoder Read(ComponentJson json)
        => new(json.String("prefix", "##"), json.Bool("cleanup", true));

    public void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("prefix", prefix);
        writer.WriteBoolean("cleanup", cleanup);
    }

    public List<string> Decode(List<string> tokens) => [.. tokens.Select(Piece)];

    private string Piece(string token, int index)
    {
        var piece = index == 0 ? token
            : token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..]
            : " " + token;
        return cleanup
            ? Cleanups.Aggregate(piece, static (text, c) => text.Replace(c.From, c.To, StringComparison.Ordinal))
            : piece;
    }
}
