using System.Numerics.Tensors;
using MaaS.Onnx;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Packages;

/// <summary>A packaged image classifier that takes pixels and gives probabilities, through ONNX Runtime in this
/// process.</summary>
public sealed class ImageClassifier : IDisposable
{
    private readonly ImagePreprocessing _preprocessing;
    private readonly int _pixels;

    private ImageClassifier(
        ModelManifest manifest, InferenceModel model, ImagePreprocessing preprocessing, IReadOnlyList<string> labels)
    {
        (Manifest, Model, _preprocessing, Labels) = (manifest, model, preprocessing, labels);
        _pixels = (int)TensorShape.Count([.. InputShape]);
    }

    /// <summary>What the package says of itself.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>The network.</summary>
    public InferenceModel Model { get; }

    /// <summary>Class names by index of the logits.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>(C, H, W) of one image.</summary>
    public IReadOnlyList<long> InputShape => [.. Model.Inputs[0].Shape.Skip(1)];

    /// <summary>Opens a package and loads its network.</summary>
    /// <param name="path">A package folder or a <c>.maas</c> file.</param>
    /// <param name="options">Threads; null for the defaults.</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    /// <exception cref="InvalidDataException">The package is damaged, is no image classifier with labels and
    /// preprocessing, or its network does not fit them.</exception>
    public static async Task<ImageClassifier> OpenAsync(
        string path, InferenceOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var package = await ModelPackage.OpenAsync(path, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        if (package.Manifest is not
            { Task: ModelManifest.Classification, Labels: { } labels, Preprocessing: { } preprocessing })
        {
            throw new InvalidDataException(
                $"{path}: expected a classifier with labels and preprocessing in its manifest, got task "
                    + $"'{package.Manifest.Task}' with "
                + $"{package.Manifest.Labels?.Count ?? 0} labels and "
                + $"{(package.Manifest.Preprocessing is null ? "no" : "some")} preprocessing.");
        }

        var model = await package.LoadNetworkAsync(null, options, cancellationToken).ConfigureAwait(false);
        try
        {
            ManifestCheck.ThrowIfUnfit(package.Manifest, model);
            if (model.Outputs is not [{ Type: ElementType.Float32, Shape: [_, _] }])
            {
                throw new InvalidDataException(
                    $"{path}: expected one output float32[batch,classes] of logits, the model has "
                        + $"{string.Join("; ", model.Outputs)}.");
            }

            return new ImageClassifier(package.Manifest, model, preprocessing, labels);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Logits of images.</summary>
    /// <param name="images">(N, C, H, W), bytes, row-major; N ≥ 1.</param>
    /// <returns>(N, classes), row-major.</returns>
    /// <exception cref="ArgumentException">The bytes are no whole number of images.</exception>
    public float[] Logits(ReadOnlySpan<byte> images)
    {
        if (images.Length == 0 || images.Length % _pixels != 0)
        {
            throw new ArgumentException(
                $"{Manifest.Name}: expected a multiple of {_pixels} bytes for images ({string.Join(",", InputShape)}), "
                    + $"got {images.Length}.",
                nameof(images));
        }

        var inputs = new float[images.Length];
        TensorPrimitives.ConvertTruncating<byte, float>(images, inputs);
        _preprocessing.Normalize(inputs, plane: _pixels / (int)InputShape[0]);
        using var outputs = Model.Run(TensorValue.Of(inputs, [images.Length / _pixels, .. InputShape]));
        return outputs[0].AsSpan<float>().ToArray();
    }

    /// <summary>Probabilities of one image's classes, by label.</summary>
    /// <param name="image">(C, H, W), bytes, row-major.</param>
    /// <exception cref="ArgumentException">The bytes are not one image.</exception>
    public IReadOnlyDictionary<string, float> Predict(ReadOnlySpan<byte> image)
    {
        if (image.Length != _pixels)
        {
            throw new ArgumentException(
                $"{Manifest.Name}: expected {_pixels} bytes for one image ({string.Join(",", InputShape)}), got "
                    + $"{image.Length}.", nameof(image));
        }

        var probabilities = Logits(image);
        Softmax.Compute(probabilities, probabilities);
        return Labels.Zip(probabilities).ToDictionary(static p => p.First, static p => p.Second);
    }

    /// <summary>Frees the network.</summary>
    public void Dispose() => Model.Dispose();
}
