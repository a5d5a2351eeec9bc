using System.Globalization;

namespace MaaS.Training.Images.Pipelines;

/// <summary>Whether every class has its images in every part.</summary>
internal static class PartCheck
{
    /// <exception cref="InvalidDataException">A part has no image of a class: the class is named.</exception>
    public static void Require(string place, params (string Purpose, ImageFolder? Images)[] parts)
    {
        foreach (var (purpose, images) in parts)
        {
            if (images is not null && Missing(images) is { } name)
            {
                throw new InvalidDataException(
                    $"{place}: expected images of every class to {purpose}, got none of '{name}'; add some, or take "
                        + "the class out.");
            }
        }
    }

    /// <summary>Looks before images are divided, so that the message can say how many there are.</summary>
    /// <exception cref="InvalidDataException">A class has too few images to be in both parts.</exception>
    public static void Require(string place, ImageFolder images, double fraction)
    {
        if (TooFew(images, fraction) is var (name, count))
        {
            throw new InvalidDataException(
                $"{place}: expected enough images of every class to hold {fraction:0.##} of them back, got {count} of "
                    + $"'{name}'; add some, hold back another share, or take the class out." + Numbers(images.Classes));
        }
    }

    /// <summary>A class with too few images to be in both parts; null where there is none.</summary>
    public static (string Class, int Count)? TooFew(ImageFolder images, double fraction)
    {
        var counts = new int[images.Classes.Count];
        foreach (var label in images.Labels)
        {
            counts[label]++;
        }

        var few = Array.FindIndex(counts, c =>
        {
            var held = (int)Math.Round(c * fraction, MidpointRounding.AwayFromZero);   // As the split rounds.
            return held == 0 || held == c;
        });
        return few < 0 ? null : (images.Classes[few], counts[few]);
    }

    private static string? Missing(ImageFolder images)
    {
        var there = images.Labels.ToHashSet();
        return Enumerable.Range(0, images.Classes.Count).Where(c => !there.Contains(c))
            .Select(c => images.Classes[c]).FirstOrDefault();
    }

    private static string Numbers(IReadOnlyList<string> classes)
        => classes.All(static c => double.TryParse(c, CultureInfo.InvariantCulture, out _))
            ? $" The {classes.Count} labels are numbers: each is taken for a class, as numbers are not predicted from "
                + "images here."
            : "";
}
