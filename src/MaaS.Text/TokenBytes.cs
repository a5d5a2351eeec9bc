using System.Text;
using MaaS.Text.Decoders;
using MaaS.Text.Models;
using MaaS.Text.Unicode;

namespace MaaS.Text;

/// <summary>The bytes of UTF-8 that a token adds to a text, by the decoders of its tokenizer.</summary>
/// <remarks>Decoders that join pieces look at neighbours only at a text's ends: what comes first loses a space, what
/// comes last does too where words end with a mark. The latter is not told apart here.</remarks>
internal sealed class TokenBytes
{
    // Stands before or behind a token in the place of another one.
    private const string Neighbour = "x";

    private readonly IReadOnlyList<IDecoder> _decoders;

    public TokenBytes(IDecoder? decoder) => _decoders = decoder is null ? [] : [.. Flat(decoder)];

    public byte[] Of(string token, bool first)
    {
        if (_decoders.Count == 0)
        {
            return Encoding.UTF8.GetBytes(first ? token : " " + token);
        }

        var (text, fused) = (token, false);
        foreach (var decoder in _decoders)
        {
            switch (decoder)
            {
                case ByteLevelDecoder:
                    return OfAlphabet(text);
                case ByteFallbackDecoder when ByteTokens.TryParse(text, out var value):
                    if (value >= 0x80)
                    {
                        return [value];
                    }

                    text = ((char)value).ToString();
                    break;
                case FuseDecoder:
                    fused = true;
                    break;
                case StripDecoder when fused && !first:
                    // Only the ends of the whole text are stripped.
                    break;
                case ByteFallbackDecoder:
                    break;
                default:
                    text = first ? decoder.Decode([text, Neighbour])[0]
                        : decoder.Decode([Neighbour, text, Neighbour])[1];
                    break;
            }
        }

        return Encoding.UTF8.GetBytes(text);
    }

    private static byte[] OfAlphabet(string text)
    {
        var bytes = new byte[text.Length];
        for (var i = 0; i < text.Length; i++)
        {
            if (!ByteAlphabet.TryGetByte(text[i], out bytes[i]))
            {
                // Not of the alphabet: an added token, which is text already.
                return Encoding.UTF8.GetBytes(text);
            }
        }

        return bytes;
    }

    private static IEnumerable<IDecoder> Flat(IDecoder decoder)
        => decoder is DecoderSequence sequence ? sequence.Decoders.SelectMany(Flat) : [decoder];
}
