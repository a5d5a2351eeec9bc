using MaaS.Onnx.Inference;
using MaaS.Text;


namespace MaaS.Core.Packages;

/// <summary>A packaged classifier that takes texts and gives probabilities, through ONNX Runtime in this
/// process.</summary>
public sealed class TextClassifier : IDisposable
{
    // Texts in one run; more are answered run by run.
    private const int LargestBatch = 64;

    private TextClassifier(
        ModelManifest manifest, InferenceModel model, TextEncoder encoder, IReadOnlyList<string> labels)
        => (Manifest, Model, Encoder, Labels) = (manifest, model, encoder, labels);

    /// <summary>What the package says of itself.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>The network.</summary>
    public InferenceModel Model { get; }

    /// <summary>Turns texts into the network's inputs.</summary>
    public TextEncoder Encoder { get; }

    /// <summary>Class names by index of the logits.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Opens a package and loads its network and tokenizer.</summary>
    /// <param name="path">A package folder or a <c>.maas</c> file.</param>
    /// <param name="options">Threads; null for the defaults.</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    /// <exception cref="InvalidDataException">The package is damaged, is no text classifier with labels and a
    /// tokenizer, or its network does not fit them.</exception>
    public static async Task<TextClassifier> OpenAsync(
        string path, InferenceOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var package = await ModelPackage.OpenAsync(path, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        if (package.Manifest is not { Task: ModelManifest.Classification, Labels: { } labels, Text: { } preprocessing })
        {
            throw new InvalidDataException(
                $"{path}: expected a classifier of texts with labels in its manifest, got task "
                    + $"'{package.Manifest.Task}' with "
                + $"{package.Manifest.Labels?.Count ?? 0} labels and {(package.Manifest.Text is null ? "no" : "a")} "
                + "text preprocessing.");
        }

        var encoder = await EncoderOfAsync(package, preprocessing, cancellationToken).ConfigureAwait(false);
        var model = await package.LoadNetworkAsync(null, options, cancellationToken).ConfigureAwait(false);
        try
        {
            ManifestCheck.ThrowIfUnfit(package.Manifest, model);
            return model.Outputs is [{ Type: ElementType.Float32, Shape: [_, _] }]
                ? new TextClassifier(package.Manifest, model, encoder, labels)
                : throw new InvalidDataException(
                    $"{path}: expected one output float32[batch,classes] of logits, the model has "
                        + $"{string.Join("; ", model.Outputs)}.");
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The encoder of a package of texts.</summary>
    /// <param name="package">Has <c>tokenizer.json</c> and a manifest with text preprocessing.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">The manifest has no text preprocessing, or the tokenizer is missing or
    /// cannot be used.</exception>
    public static async Task<TextEncoder> EncoderOfAsync(
        ModelPackage package, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(package);
        return await EncoderOfAsync(
            package,
            package.Manifest.Text
                ?? throw new InvalidDataException(
                    $"{package.Location}: manifest.json: expected 'text' preprocessing, found none."),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Logits of texts.</summary>
    /// <param name="texts">At least one.</param>
    /// <returns>(texts, classes), row-major.</returns>
    /// <exception cref="ArgumentException">There is no text, or one is too long and refused.</exception>
    public float[] Logits(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var rows = Encoder.EncodeAll(texts);
        return rows.Length == 0
            ? throw new ArgumentException("Text: expected at least one, got none.", nameof(texts))
            : [.. rows.Chunk(LargestBatch).SelectMany(LogitsOf)];
    }

    /// <summary>Logits of encoded texts.</summary>
    /// <param name="ids">(B, T), int64; disposed.</param>
    /// <param name="mask">(B, T), int64; disposed.</param>
    /// <returns>(B, classes), row-major.</returns>
    public float[] Logits(TensorValue ids, TensorValue mask)
    {
        using (ids)
        using (mask)
        {
            using var outputs = Model.Run(
                Model.Inputs.Zip(TextEncoder.Arrange(Model.Inputs, ids, mask))
                    .ToDictionary(static p => p.First.Name, static p => p.Second));
            return outputs[0].AsSpan<float>().ToArray();
        }
    }

    private float[] LogitsOf(int[][] rows)
    {
        var (ids, mask) = Encoder.Pad(rows);
        return Logits(ids, mask);
    }

    /// <summary>Probabilities of texts' classes.</summary>
    /// <param name="texts">At least one.</param>
    /// <returns>(texts, classes), row-major.</returns>
    public float[] Probabilities(IReadOnlyList<string> texts)
    {
        var values = Logits(texts);
        for (var start = 0; start < values.Length; start += Labels.Count)
        {
            var row = values.AsSpan(start, Labels.Count);
            Softmax.Compute(row, row);
        }

        return values;
    }

    /// <summary>Probabilities of one text's classes, by label.</summary>
    /// <exception cref="ArgumentException">The text is too long, and such texts are refused.</exception>
    public IReadOnlyDictionary<string, float> Predict(string text)
        => Labels.Zip(Probabilities([text])).ToDictionary(static p => p.First, static p => p.Second);

    /// <summary>Frees the network.</summary>
    public void Dispose() => Model.Dispose();

    private static async Task<TextEncoder> EncoderOfAsync(
        ModelPackage package, TextPreprocessing preprocessing, CancellationToken cancellationToken)
    {
        if (!package.Manifest.Files.ContainsKey(TextPreprocessing.TokenizerFile))
        {
            throw new InvalidDataException(
                $"{package.Location}: expected a {TextPreprocessing.TokenizerFile} beside the network, found none.");
        }

        var json = await package.ReadAsync(TextPreprocessing.TokenizerFile, cancellationToken).ConfigureAwait(false);
        try
        {
            return new TextEncoder(preprocessing, Tokenizer.FromJson(json));
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{package.Location}: {TextPreprocessing.TokenizerFile}: {e.Message}", e);
        }
    }
}
