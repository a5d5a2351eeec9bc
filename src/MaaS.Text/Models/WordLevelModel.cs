using System.Text.Json;
using MaaS.Text.Components;

namespace MaaS.Text.Models;

/// <summary>One token for each word.</summary>
internal sealed class WordLevelModel : ITokenModel
{
    public const string TypeName = "WordLevel";

    private readonly string _unknown;
    private readonly int _unknownId;

    public WordLevelModel(Vocabulary vocabulary, string unknown)
    {
        (Vocabulary, _unknown) = (vocabulary, unknown);
        _unknownId = vocabulary.Require(unknown, "WordLevel: unk_token");
    }

    public string Name => TypeName;

    public Vocabulary Vocabulary { get; }

    public static WordLevelModel Read(ComponentJson json)
        => new(Vocabulary.Read(json.Member("vocab")), json.String("unk_token", "<unk>"));

    public void WriteMembers(Utf8JsonWriter writer)
    {
        Vocabulary.Write(writer, "vocab");
        writer.WriteString("unk_token", _unknown);
    }

    public void Tokenize(ReadOnlySpan<char> word, TokenRun run) =>
        run.AddPart(Vocabulary.TryGetId(word, out var id) ? id : _unknownId, 0, word.Length);
}
