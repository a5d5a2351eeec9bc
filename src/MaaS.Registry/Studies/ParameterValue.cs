using System.Globalization;

namespace MaaS.Registry.Studies;

/// <summary>The value of a parameter: a finite number or a text.</summary>
public readonly record struct ParameterValue
{
    private readonly string? _text;
    private readonly double _number;

    /// <summary>A number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not finite.</exception>
    public ParameterValue(double number)
        => _number = double.IsFinite(number) ? number : throw new ArgumentOutOfRangeException(
            nameof(number), number, "parameter: expected a finite number.");

    /// <summary>A text.</summary>
    public ParameterValue(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _text = text;
    }

    /// <summary>Whether it is a text.</summary>
    public bool IsText => _text is not null;

    /// <summary>The number.</summary>
    /// <exception cref="InvalidOperationException">It is a text.</exception>
    public double Number => _text is null ? _number : throw new InvalidOperationException(
        $"parameter: expected a number, got '{_text}'.");

    /// <summary>The number as a double.</summary>
    public static implicit operator ParameterValue(double number) => new(number);

    /// <summary>The text.</summary>
    public static implicit operator ParameterValue(string text) => new(text);

    /// <summary>The text, or the number in the shortest form that reads back as the same.</summary>
    public override string ToString() => _text ?? _number.ToString("R", CultureInfo.InvariantCulture);
}
