namespace MaaS.Training.Models.Transformers;

/// <summary>Gathers everything that is wrong with a model's options.</summary>
/// <param name="options">What errors call the options.</param>
internal sealed class OptionChecks(string options)
{
    private readonly List<string> _failures = [];

    public OptionChecks AtLeast(long value, long minimum, string name)
        => That(value >= minimum, $"{name} of at least {minimum}, got {value}");

    public OptionChecks Divides(long part, long whole, string partName, string wholeName)
        => That(part < 1 || whole % part == 0, $"{wholeName} divisible by {partName}, got {whole} and {part}");

    /// <summary>Zero to below one.</summary>
    public OptionChecks Share(double value, string name)
        => That(value is >= 0 and < 1, $"{name} from 0 to below 1, got {value}");

    public OptionChecks Defined<T>(T value, string name)
        where T : struct, Enum
        => That(Enum.IsDefined(value), $"{name} of {string.Join(", ", Enum.GetNames<T>())}, got {value}");

    public OptionChecks That(bool holds, string expected)
    {
        if (!holds)
        {
            _failures.Add("expected " + expected);
        }

        return this;
    }

    /// <exception cref="ArgumentException">Something is wrong; the message names all of it.</exception>
    public void ThrowIfAny()
    {
        if (_failures.Count > 0)
        {
            throw new ArgumentException($"{options}: {string.Join("; ", _failures)}.");
        }
    }
}
