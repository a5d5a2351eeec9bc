using MaaS.Core.Text.Decoders;
using MaaS.Core.Text.Models;
using MaaS.Core.Text.Normalizers;
using MaaS.Core.Text.PostProcessors;
using MaaS.Core.Text.PreTokenizers;

namespace MaaS.Core.Text;

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
