using System.Text.Json;
using MaaS.Core.Generation;
using MaaS.Core.Generation.Chat;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Text;

namespace MaaS.Core.Importing;

/// <summary>What a folder of a causal language model says: the longest text, the tokens that end one, the tokenizer and
/// the chat template.</summary>
/// <param name="folder">The folder.</param>
/// <param name="config">Its <c>config.json</c>.</param>
/// <param name="notes">What is to be told.</param>
internal sealed class LanguageModelFolder(string folder, JsonElement config, List<string> notes)
{
    private const string Generation = "generation_config.json", StopTokens = "eos_token_id";

    // What families call the longest sequence.
    private static readonly string[] Limits =
        ["max_position_embeddings", "n_positions", "max_seq_len", "seq_length", "n_ctx"];

    // How transformers chooses tokens where a request does not say.
    private static readonly string[] Sampling = ["temperature", "top_k", "top_p", "repetition_penalty"];

    /// <summary>Adds the task and what texts need to a manifest.</summary>
    /// <param name="manifest">With the network's tensors.</param>
    /// <param name="model">The network, which is run on one token.</param>
    /// <exception cref="InvalidDataException">The network is no decoder with a cache that MaaS runs, or the folder
    /// lacks a tokenizer of its own or the longest sequence.</exception>
    public ModelManifest Describe(ModelManifest manifest, InferenceModel model)
    {
        var limit = Limits.Select(name => HuggingFaceFolder.Number(config, name)).FirstOrDefault(static l => l >= 1)
            ?? throw new InvalidDataException(
                $"{folder}: expected the longest sequence in config.json ({string.Join(", ", Limits)}), found none.");
        var tokenizer = ReadTokenizer();
        var vocabulary = Vocabulary(model, (long)limit);
        if (tokenizer.VocabSize > vocabulary)
        {
            throw new InvalidDataException(
                $"{folder}: expected a tokenizer of at most {vocabulary} tokens, as many as the network has logits, "
                    + $"got "
                    + $"one of {tokenizer.VocabSize}: it is another model's.");
        }

        CheckTemplate();
        return manifest with
        {
            Task = ModelManifest.TextGeneration,
            Generation = new GenerationSettings((long)limit, Stops(vocabulary)),
        };
    }

    private Tokenizer ReadTokenizer()
    {
        var file = Path.Combine(folder, TextGenerator.TokenizerFile);
        if (!File.Exists(file))
        {
            throw new InvalidDataException(
                $"{folder}: expected {TextGenerator.TokenizerFile} beside the language model, found none; save it "
                    + $"with a "
                    + "fast tokenizer's save_pretrained.");
        }

        try
        {
            return Tokenizer.Load(file);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new InvalidDataException($"{file}: expected a tokenizer that MaaS knows: {e.Message}", e);
        }
    }

    // The number of logits, from a run on one token: the graph need not say it.
    private int Vocabulary(InferenceModel model, long limit)
    {
        try
        {
            var graph = new DecoderGraph(model);   // Not disposed: the model is the caller's.
            int vocabulary;
            using (var session = graph.Start(limit))
            {
                vocabulary = session.Append([0]).Length;
            }

            if (graph.RowObstacle() is { } obstacle)
            {
                notes.Add($"Its texts will be written one by one: {obstacle}.");
            }

            return vocabulary;
        }
        catch (Exception e) when (e is ArgumentException or InferenceException)
        {
            throw new InvalidDataException(
                $"{folder}: {e.Message} Export it with 'optimum-cli export onnx --task text-generation-with-past'.", e);
        }
    }

    private long[] Stops(int vocabulary)
    {
        var file = Path.Combine(folder, Generation);
        var generation = File.Exists(file) ? HuggingFaceFolder.Json(file) : default;
        if (generation.ValueKind == JsonValueKind.Object
            && Sampling.Where(name => generation.TryGetProperty(name, out var value)
                && value.ValueKind == JsonValueKind.Number).ToArray() is { Length: > 0 } named)
        {
            notes.Add(
                $"{Generation} is kept, and its {string.Join(", ", named)} not applied: requests say how tokens are "
                    + "chosen.");
        }

        var stops = Ids(generation) is { Length: > 0 } own ? own : Ids(config);
        if (stops.Length == 0)
        {
            notes.Add($"No {StopTokens} is named: texts end where requests say, or at the longest sequence.");
        }

        return stops.FirstOrDefault(s => s < 0 || s >= vocabulary, -1) is >= 0 and var wrong
            ? throw new InvalidDataException(
                $"{folder}: expected {StopTokens} below {vocabulary}, the number of logits, got {wrong}.")
            : stops;
    }

    // One id, several, or null.
    private static long[] Ids(JsonElement json)
        => json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(StopTokens, out var ids) ? []
            : ids.ValueKind == JsonValueKind.Array ? [.. ids.EnumerateArray().Select(Id)]
            : ids.ValueKind == JsonValueKind.Null ? [] : [Id(ids)];

    private static long Id(JsonElement id)
        => id.ValueKind == JsonValueKind.Number && id.TryGetInt64(out var value) && value >= 0 ? value
            : throw new InvalidDataException($"{StopTokens}: expected ids of tokens, got {id.GetRawText()}.");

    // A model whose template is not supported continues texts all the same.
    private void CheckTemplate()
    {
        try
        {
            if (ChatTemplate.LoadFolder(folder) is null)
            {
                notes.Add("There is no chat template: the model continues texts and takes no conversations.");
            }
        }
        catch (InvalidDataException e)
        {
            notes.Add($"Conversations will be refused: {e.Message}");
        }
    }
}
