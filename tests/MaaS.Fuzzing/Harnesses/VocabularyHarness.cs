using MaaS.Fuzzing.Engine;
using MaaS.Text;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>vocab.txt of BERT, or, after a first byte of 1, GPT-2's vocab.json and merges.txt with a zero byte between.</summary>
internal sealed class VocabularyHarness : IFuzzHarness
{
    public string Name => "vocabulary";

    public IReadOnlyList<string> Words { get; } = ["[UNK]\n", "[CLS]\n", "[SEP]\n", "[PAD]\n", "[MASK]\n", "##a\n", "\r\n", "\xef\xbb\xbf", "\"a\":", "{", "}", ",", "#version: 0.2\n", "a b\n", "\xc4\xa0"];

    public IReadOnlyList<byte[]> Seeds() =>
    [
        [0, .. "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##b\nab\n"u8],
        [1, .. "{\"a\":0,\"b\":1,\"ab\":2,\"<|endoftext|>\":3}\0#version: 0.2\na b\n"u8],
    ];

    public int LargestInput => 1 << 11;

    public bool IsDocumented(Exception exception) => exception is InvalidDataException;

    public void Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }

        var tokenizer = (input[0] & 1) == 0 ? Tokenizer.LoadVocab(TemporaryPath.Write("vocab.txt", input.AsSpan(1))) : Gpt2(input.AsSpan(1));
        var json = tokenizer.ToJson();
        var again = Tokenizer.FromJson(json);
        FuzzFaultException.Unless(json.AsSpan().SequenceEqual(again.ToJson()), "expected the same file after it was written and read");
        var expected = tokenizer.Encode("ab ba abab ü");
        FuzzFaultException.Unless(expected.Ids.SequenceEqual(again.Encode("ab ba abab ü").Ids), "expected the same tokens");
        _ = tokenizer.Decode([.. expected.Ids]);
    }

    private static Tokenizer Gpt2(ReadOnlySpan<byte> input)
    {
        var cut = input.IndexOf((byte)0) is >= 0 and var zero ? zero : input.Length;
        return Tokenizer.LoadGpt2(TemporaryPath.Write("vocab.json", input[..cut]), TemporaryPath.Write("merges.txt", input[Math.Min(cut + 1, input.Length)..]));
    }
}
