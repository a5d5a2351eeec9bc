using MaaS.Core.Packages;
using MaaS.Images;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Training.Reports;

namespace MaaS.Training.Images.Pipelines;

/// <summary>Image files for packaged classifiers, as a server would answer them.</summary>
public static class PackagedImages
{
    private const int BatchSize = 64;

    /// <summary>The pixels of a file as a package wants them.</summary>
    /// <param name="classifier">Of 1 or 3 channels.</param>
    /// <param name="path">A JPEG, PNG, WebP, BMP or GIF file.</param>
    /// <returns>(C, H, W), for <see cref="ImageClassifier.Predict"/>.</returns>
    /// <exception cref="InvalidDataException">It cannot be decoded.</exception>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    public static byte[] Read(ImageClassifier classifier, string path)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentException.ThrowIfNullOrEmpty(path);
        var shape = classifier.InputShape;
        using var image = new ImageDecoder().DecodeFile(path, (int)shape[0]);
        using var fitted = image.Fit(classifier.Manifest.Preprocessing!.Geometry, (int)shape[1], (int)shape[2]);
        return fitted.ToPlanes();
    }

    /// <summary>What a package says of images, through ONNX Runtime.</summary>
    /// <param name="classifier">The package.</param>
    /// <param name="images">With the package's classes.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <exception cref="ArgumentException">The images have other classes, or come out in another shape than the model
    /// takes.</exception>
    /// <exception cref="InvalidDataException">A file cannot be decoded.</exception>
    public static ClassifiedSamples Classify(
        ImageClassifier classifier, ImageFolder images, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(images);
        var seen = SeenBy(
            classifier.Manifest.Name, classifier.Manifest.Preprocessing!, classifier.InputShape, classifier.Labels,
            images);
        var classes = classifier.Labels.Count;
        var probabilities = new float[seen.Count * classes];
        foreach (var batch in Enumerable.Range(0, (int)seen.Count).Chunk(BatchSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var logits = classifier.Logits([.. batch.SelectMany(i => seen.Planes(i))]);   // (B, classes)
            for (var i = 0; i < batch.Length; i++)
            {
                Softmax.Compute(
                    logits.AsSpan(i * classes, classes), probabilities.AsSpan(batch[i] * classes, classes));
            }
        }

        return new ClassifiedSamples(
            classifier.Manifest.Name, classifier.Labels, probabilities, [.. seen.Labels], view: i => seen.View(i));
    }

    /// <summary>The same images, sized and normalised as a model expects them.</summary>
    internal static ImageFolder SeenBy(
        string model, ImagePreprocessing preprocessing, IReadOnlyList<long> shape, IReadOnlyList<string> classes,
        ImageFolder images)
    {
        var seen = images.With(images.Options with
        {
            Channels = (int)shape[0],
            Transforms = Compose.Of(preprocessing),
            OnBadFile = Data.Streams.BadSample.Refuse,
        });
        return seen.Classes.SequenceEqual(classes) && seen.InputShape.SequenceEqual(shape)
            ? seen
            : throw new ArgumentException(
                $"{model}: expected images ({string.Join(",", shape)}) of {string.Join(", ", classes)}, got "
                    + $"({string.Join(",", seen.InputShape)}) of {string.Join(", ", seen.Classes)}.", nameof(images));
    }
}
