using MaaS.Text.Unicode;

namespace MaaS.Text;

/// <summary>One or two texts as a network reads them. All arrays are of one length and belong to the caller.</summary>
public sealed class TokenEncoding
{
    private readonly Func<int, string> _token;
    private string[]? _tokens;

    internal TokenEncoding(int length, Func<int, string> token)
    {
        _token = token;
        (Ids, TypeIds, AttentionMask, SpecialTokensMask) = (
            new int[length], new int[length], new int[length], new int[length]);
        Offsets = new TextSpan[length];
    }

    /// <summary>Tokens, special ones and padding included.</summary>
    public int Length => Ids.Length;

    /// <summary>Ids of the tokens.</summary>
    public int[] Ids { get; }

    /// <summary>Which text a token belongs to, 0 or 1, as the post-processor says; also called segment ids.</summary>
    public int[] TypeIds { get; }

    /// <summary>1 for tokens, 0 for padding.</summary>
    public int[] AttentionMask { get; }

    /// <summary>1 for tokens that were added, padding among them; 0 for those of the texts.</summary>
    public int[] SpecialTokensMask { get; }

    /// <summary>Where in its original text each token comes from, in UTF-16 units; empty at 0 for added ones.</summary>
    public TextSpan[] Offsets { get; }

    /// <summary>The tokens as the vocabulary writes them.</summary>
    public IReadOnlyList<string> Tokens => _tokens ??= Array.ConvertAll(Ids, id => _token(id));

    /// <summary>What truncation cut off, as encodings of their own with special tokens; empty where nothing
    /// was.</summary>
    public IReadOnlyList<TokenEncoding> Overflow { get; internal set; } = [];

    /// <summary>A longer encoding with the filling at one end.</summary>
    internal TokenEncoding Padded(int length, Padding padding, int padId)
    {
        var overflow = Overflow.Select(o => o.Padded(length, padding, padId)).ToArray();
        if (length <= Length)
        {
            Overflow = overflow;
            return this;
        }

        var result = new TokenEncoding(length, _token) { Overflow = overflow };
        Array.Fill(result.Ids, padId);
        Array.Fill(result.TypeIds, padding.TypeId);
        Array.Fill(result.SpecialTokensMask, 1);
        var start = padding.Side == Side.Left ? length - Length : 0;
        Ids.CopyTo(result.Ids, start);
        TypeIds.CopyTo(result.TypeIds, start);
        AttentionMask.CopyTo(result.AttentionMask, start);
        SpecialTokensMask.CopyTo(result.SpecialTokensMask, start);
        Offsets.CopyTo(result.Offsets, start);
        return result;
    }
}
