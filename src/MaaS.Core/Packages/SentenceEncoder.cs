using MaaS.Onnx.Inference;

namespace MaaS.Core.Packages;

/// <summary>A packaged encoder that gives each text a vector, near to those of texts that mean the same, through ONNX
/// Runtime in this process.</summary>
public sealed class SentenceEncoder : IDisposable
{
    // Tokens of one run, padding among them: more gain nothing and cost memory.
    private const int LargestBatch = 4096;

    private readonly EmbeddingSettings _settings;

    private SentenceEncoder(
        ModelManifest manifest, InferenceModel model, TextEncoder encoder, EmbeddingSettings settings)
        => (Manifest, Model, Encoder, _settings) = (manifest, model, encoder, settings);

    /// <summary>What the package says of itself.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>The network.</summary>
    public InferenceModel Model { get; }

    /// <summary>Turns texts into the network's inputs.</summary>
    public TextEncoder Encoder { get; }

    /// <summary>Opens a package and loads its network and tokenizer.</summary>
    /// <param name="path">A package folder or a <c>.maas</c> file.</param>
    /// <param name="options">Threads; null for the defaults.</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    /// <exception cref="InvalidDataException">The package is damaged, is no sentence encoder, or its network does not
    /// fit what it says.</exception>
    public static async Task<SentenceEncoder> OpenAsync(
        string path, InferenceOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var package = await ModelPackage.OpenAsync(path, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        if (package.Manifest is not { Embedding: { } settings })
        {
            throw new InvalidDataException(
                $"{path}: expected a sentence encoder of task '{ModelManifest.SentenceEmbedding}', got task "
                    + $"'{package.Manifest.Task}'.");
        }

        var encoder = await TextClassifier.EncoderOfAsync(package, cancellationToken).ConfigureAwait(false);
        var model = await package.LoadNetworkAsync(null, options, cancellationToken).ConfigureAwait(false);
        try
        {
            ManifestCheck.ThrowIfUnfit(package.Manifest, model);
            return new SentenceEncoder(package.Manifest, model, encoder, settings);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The vectors of texts; those of about one length share a run.</summary>
    /// <returns>One vector for each text, in their order.</returns>
    /// <exception cref="ModelInputException">A text is too long, and such texts are refused.</exception>
    public float[][] Embed(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var rows = Encoder.EncodeAll(texts);
        var vectors = new float[rows.Length][];
        foreach (var batch in LengthBatches.Of(Array.ConvertAll(rows, static r => r.Length), LargestBatch))
        {
            foreach (var (row, vector) in batch.Zip(EmbedRows([.. batch.Select(i => rows[i])])))
            {
                vectors[row] = vector;
            }
        }

        return vectors;
    }

    /// <summary>Frees the network.</summary>
    public void Dispose() => Model.Dispose();

    private float[][] EmbedRows(IReadOnlyList<int[]> rows)
    {
        var (ids, mask) = Encoder.Pad(rows);
        var inputs = TextEncoder.Arrange(Model.Inputs, ids, mask);
        try
        {
            using var outputs = Model.Run(
                Model.Inputs.Zip(inputs).ToDictionary(static p => p.First.Name, static p => p.Second));
            return SentencePooling.Pool(outputs[_settings.Output], mask, _settings);
        }
        finally
        {
            Array.ForEach(inputs, static i => i.Dispose());
        }
    }
}
