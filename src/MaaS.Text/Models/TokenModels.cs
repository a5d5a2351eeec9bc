using System.Text.Json;
using MaaS.Text.Components;

namespace MaaS.Text.Models;

/// <summary>The models that tokenizer.json can name.</summary>
internal static class TokenModels
{
    private static readonly ComponentFamily<ITokenModel> Family = new(
        "model",
        (WordPieceModel.TypeName, WordPieceModel.Read),
        (BpeModel.TypeName, BpeModel.Read),
        (UnigramModel.TypeName, UnigramModel.Read),
        (WordLevelModel.TypeName, WordLevelModel.Read));

    public static ITokenModel Read(ComponentJson json) => Family.Read(json, json.StringOrNull("type") ?? Guess(json));

    // Files from before 2021 leave the type out.
    private static string Guess(ComponentJson json) =>
        !json.Member("merges").IsNull ? BpeModel.TypeName
        : json.Member("vocab").Element.ValueKind == JsonValueKind.Array ? UnigramModel.TypeName
        : !json.Member("continuing_subword_prefix").IsNull ? WordPieceModel.TypeName
        : WordLevelModel.TypeName;
}
