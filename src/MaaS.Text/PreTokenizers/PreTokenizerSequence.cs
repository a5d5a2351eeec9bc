using System.Text.Json;
using MaaS.Text.Components;
using MaaS.Text.Unicode;

namespace MaaS.Text.PreTokenizers;

/// <summary>One pre-tokenizer after the other, each on the words of the one before.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<IPreTokenizer> preTokenizers) : IPreTokenizer
{
    public const string TypeName = "Sequence";

    public string Name => TypeName;

    public static PreTokenizerSequence Read(ComponentJson json)
        => new(TextPreTokenizers.Family.ReadAll(json.Member("pretokenizers")));

    public void WriteMembers(Utf8JsonWriter writer) => writer.WriteComponents("pretokenizers", preTokenizers);

    public void Split(TextBuffer text, WordList words)
    {
        foreach (var preTokenizer in preTokenizers)
        {
            preTokenizer.Split(text, words);
        }
    }
}
