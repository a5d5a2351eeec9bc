namespace MaaS.Training.Images.Pipelines;

/// <summary>Images that a trained model is measured on.</summary>
/// <param name="Images">They can be decoded.</param>
/// <param name="Unseen">Whether the rest of the same data is what the model learned from, by its contents.</param>
public sealed record ImagesToMeasure(ImageFolder Images, bool Unseen)
{
    /// <summary>The test part of a divided folder; of another one what was held back, where the rest is what the model
    /// learned from, or else all.</summary>
    /// <param name="folder">As <see cref="ImageParts.Open"/> takes it.</param>
    /// <param name="classes">The model's.</param>
    /// <param name="trainedOn"><see cref="ImageParts.Sha256"/> of what it learned from; null where that is not
    /// known.</param>
    /// <param name="options">As for training.</param>
    /// <param name="cancellationToken">Checked before each file.</param>
    /// <exception cref="InvalidDataException">The folder has other classes, or as of
    /// <see cref="ImageParts.Open"/>.</exception>
    public static ImagesToMeasure Open(
        string folder, IReadOnlyList<string> classes, string? trainedOn, ImagePartsOptions options,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (DividedFolder.Of(folder) is null)
        {
            return Choose(
                ImageFolder.Open(folder, options.ForFolder(classes)), folder, trainedOn, options, cancellationToken);
        }

        var parts = ImageParts.Open(folder, options, cancellationToken);
        return new ImagesToMeasure(parts.Test, parts.Sha256 == trainedOn);
    }

    /// <summary>The same of images that a CSV names.</summary>
    /// <param name="csv">As <see cref="ImageParts.OpenCsv"/> takes it.</param>
    /// <param name="columns">Names of the columns; null for <c>path</c> and <c>label</c>.</param>
    /// <param name="classes">The model's.</param>
    /// <param name="trainedOn">As of <see cref="Open"/>.</param>
    /// <param name="options">As for training.</param>
    /// <param name="cancellationToken">Checked before each file.</param>
    /// <exception cref="InvalidDataException">A row has another class, or as of
    /// <see cref="ImageParts.OpenCsv"/>.</exception>
    public static ImagesToMeasure OpenCsv(
        string csv, ImageCsvColumns? columns, IReadOnlyList<string> classes, string? trainedOn,
        ImagePartsOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Choose(
            ImageFolder.OpenCsv(csv, columns, options.ForFolder(classes)), csv, trainedOn, options, cancellationToken);
    }

    private static ImagesToMeasure Choose(
        ImageFolder images, string place, string? trainedOn, ImagePartsOptions options,
        CancellationToken cancellationToken)
    {
        if (trainedOn is not null && PartCheck.TooFew(images, options.TestFraction) is null)
        {
            var parts = ImageParts.Divide(place, images, options, cancellationToken);
            if (parts.Sha256 == trainedOn)
            {
                return new ImagesToMeasure(parts.Test, Unseen: true);
            }
        }

        var seen = new SeenImages();
        var all = seen.Take(images, keepEqual: true, cancellationToken);
        seen.RequireAll(place, options.OnBadFile);
        return new ImagesToMeasure(all, Unseen: false);
    }
}
