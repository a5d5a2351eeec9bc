using MaaS.Text.Decoders;
using MaaS.Text.Models;
using MaaS.Text.Normalizers;
using MaaS.Text.PostProcessors;
using MaaS.Text.PreTokenizers;


namespace MaaS.Text;

/// <summary>Everything that tokenizer.json says.</summary>
internal sealed record TokenizerParts(ITokenModel Model)
{
    public INormalizer? Normalizer { get; init; }

    public IPreTokenizer? PreTokenizer { get; init; }

    public IPostProcessor? PostProcessor { get; init; }

    public IDecoder? Decoder { get; init; }

    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    public Truncation? Truncation { get; init; }

    public Padding? Padding { get; init; }
}
