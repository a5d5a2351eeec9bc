using System.Security.Cryptography;
using System.Text;
using MaaS.Images;

namespace MaaS.Training.Images;

/// <summary>What reading every file of a list once told: which cannot be decoded, which are the same, and what their
/// pixels are like.</summary>
internal sealed class ImageSurvey
{
    private readonly Dictionary<string, ImageFacts> _facts;

    private ImageSurvey(Dictionary<string, ImageFacts> facts) => _facts = facts;

    /// <summary>What is known of an image.</summary>
    /// <param name="name">As in <see cref="ImageList.Names"/>.</param>
    public ImageFacts this[string name] => _facts[name];

    /// <summary>Reads the files with several threads; what is found does not depend on them.</summary>
    /// <param name="list">Files and classes.</param>
    /// <param name="options">Channels, limits and threads.</param>
    /// <param name="cancellationToken">Checked before each file.</param>
    public static ImageSurvey Of(ImageList list, ImageFolderOptions options, CancellationToken cancellationToken)
    {
        var decoder = new ImageDecoder(options.Limits);
        var found = new ImageFacts[list.Names.Length];
        // One more than beside training, which leaves its core free meanwhile.
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = options.Reader.Workers + 1,
            CancellationToken = cancellationToken,
        };
        Parallel.For(
            0, found.Length, parallel,
            i => found[i] = Read(Path.Combine(list.Root, list.Names[i]), decoder, options));
        var facts = new Dictionary<string, ImageFacts>(StringComparer.Ordinal);
        for (var i = 0; i < found.Length; i++)
        {
            facts[list.Names[i]] = found[i];   // A CSV may name a file twice.
        }

        return new ImageSurvey(facts);
    }

    /// <summary>Mean and deviation of the pixels, scaled to 0…1, channel by channel; every image counts the same.
    /// </summary>
    /// <param name="names">Images that could be decoded, at least one.</param>
    public (double[] Mean, double[] Std) Statistics(IReadOnlyList<string> names)
    {
        var channels = _facts[names[0]].Means.Length;
        double[] mean = new double[channels], squares = new double[channels];
        foreach (var facts in names.Select(n => _facts[n]))
        {
            for (var c = 0; c < channels; c++)
            {
                mean[c] += facts.Means[c] / names.Count;
                squares[c] += facts.Squares[c] / names.Count;
            }
        }

        // Images of one colour have no deviation; a step between two grey values is the least there can be.
        return (mean, [.. mean.Select((m, c) => Math.Max(1 / 255.0, Math.Sqrt(Math.Max(0, squares[c] - (m * m)))))]);
    }

    /// <summary>SHA-256 of the files' contents and classes, in their order, hexadecimal.</summary>
    public string Sha256(ImageFolder images)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var i = 0; i < images.Names.Count; i++)
        {
            hash.AppendData(
                Encoding.UTF8.GetBytes($"{_facts[images.Names[i]].Sha256} {images.Classes[images.Labels[i]]}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static ImageFacts Read(string path, ImageDecoder decoder, ImageFolderOptions options)
    {
        try
        {
            var length = new FileInfo(path).Length;
            if (length > options.Limits.MaxBytes)
            {
                throw new InvalidDataException(
                    $"image: expected a file of at most {options.Limits.MaxBytes} bytes, got {length}");
            }

            var bytes = File.ReadAllBytes(path);
            using var image = decoder.Decode(bytes, options.Channels);
            var (means, squares) = Moments(image);
            return new ImageFacts(null, Convert.ToHexStringLower(SHA256.HashData(bytes)), means, squares);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return new ImageFacts($"{path}: {e.Message}", "", [], []);
        }
    }

    private static (double[] Means, double[] Squares) Moments(PixelImage image)
    {
        var pixels = image.Pixels;
        var step = image.BytesPerPixel;
        double[] means = new double[image.Channels], squares = new double[image.Channels];
        for (var c = 0; c < image.Channels; c++)
        {
            var (sum, square) = (0L, 0L);
            for (var i = c; i < pixels.Length; i += step)
            {
                sum += pixels[i];
                square += pixels[i] * pixels[i];
            }

            var count = (double)image.Width * image.Height;
            (means[c], squares[c]) = (sum / count / 255, square / count / (255 * 255));
        }

        return (means, squares);
    }
}
