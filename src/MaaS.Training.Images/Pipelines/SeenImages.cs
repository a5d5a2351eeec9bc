using MaaS.Training.Data.Streams;

namespace MaaS.Training.Images.Pipelines;

/// <summary>Files that were read so far: which are equal, and which cannot be used.</summary>
internal sealed class SeenImages
{
    private readonly Dictionary<string, (string Class, ImageFolder Of)> _first = new(StringComparer.Ordinal);
    private readonly Dictionary<ImageFolder, ImageSurvey> _surveys = [];
    private readonly List<string> _faults = [];

    /// <summary>Files that were looked at.</summary>
    public int Count { get; private set; }

    /// <summary>What is wrong with those that cannot be decoded.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Files that were left out because one with the same bytes came before.</summary>
    public int Duplicates { get; private set; }

    /// <summary>Those of them that stand under another class.</summary>
    public int Contradictions { get; private set; }

    /// <summary>What was found in a folder that was taken.</summary>
    public ImageSurvey SurveyOf(ImageFolder images) => _surveys[images];

    /// <summary>The images of a folder that can be used.</summary>
    /// <param name="images">Not read before.</param>
    /// <param name="keepEqual">Whether equal ones of this folder stay. Those that are in a folder before never
    /// do.</param>
    /// <param name="cancellationToken">Checked before each file.</param>
    /// <exception cref="InvalidDataException">None can be used.</exception>
    public ImageFolder Take(ImageFolder images, bool keepEqual, CancellationToken cancellationToken)
    {
        var survey = _surveys[images] = images.Survey(cancellationToken);
        List<long> kept = [];
        for (var i = 0; i < images.Names.Count; i++)
        {
            var (facts, of) = (survey[images.Names[i]], images.Classes[images.Labels[i]]);
            if (facts.Fault is { } fault)
            {
                _faults.Add(fault);
            }
            else if (_first.TryAdd(facts.Sha256, (of, images)) || (keepEqual && _first[facts.Sha256].Of == images))
            {
                kept.Add(i);
            }
            else
            {
                Duplicates++;
                Contradictions += _first[facts.Sha256].Class == of ? 0 : 1;
            }
        }

        Count += images.Names.Count;
        return kept.Count > 0 ? images.Subset(kept) : throw new InvalidDataException(
            $"expected images that can be decoded and are in no other part as well, got none of {images.Names.Count}"
                + (_faults.Count > 0 ? $": {_faults[0]}" : $", of which {Duplicates} are in another part."));
    }

    /// <exception cref="InvalidDataException">Files cannot be decoded and are not to be left out: they are named and
    /// counted.</exception>
    public void RequireAll(string place, BadSample onBadFile)
    {
        const int Shown = 5;
        if (_faults.Count == 0 || onBadFile == BadSample.LeaveOut)
        {
            return;
        }

        throw new InvalidDataException(
            $"{place}: expected images that can be decoded, got {_faults.Count} of {Count} that cannot: "
                + string.Join("; ", _faults.Take(Shown))
                + (_faults.Count > Shown ? $"; and {_faults.Count - Shown} more" : "")
                + ". Mend or delete them, or leave bad files out.");
    }
}
