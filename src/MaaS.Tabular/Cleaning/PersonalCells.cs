using System.Globalization;
using MaaS.Tabular.Tables;
using MaaS.Text.Cleaning;

namespace MaaS.Tabular.Cleaning;

/// <summary>The cells of a column in which personal data may stand, as texts.</summary>
internal static class PersonalCells
{
    // One whole number in ten passes the Luhn check by chance.
    private const double MostlyCards = 0.5;

    // Card numbers have 13 to 19 digits.
    private const double Fewest = 1e12, Most = 1e19;

    /// <summary>The cells of categories and texts, and those of numbers that are mostly card numbers; null for other
    /// columns.</summary>
    public static string?[]? Texts(Column column)
    {
        if (column is StringColumn strings)
        {
            return strings.Values.ToArray();
        }

        if (column is not NumberColumn { Kind: ColumnKind.Number } numbers)
        {
            return null;
        }

        var (present, cards) = (0, 0);
        foreach (var value in numbers.Values)
        {
            if (double.IsNaN(value))
            {
                continue;
            }

            if (value is < Fewest or >= Most || value != Math.Floor(value))
            {
                return null;
            }

            present++;
            PersonalData.Mask(Text(value), kind => cards += kind == PersonalDataKind.Card ? 1 : 0);
        }

        return present > 0 && cards >= MostlyCards * present
            ? Array.ConvertAll(numbers.Values.ToArray(), static v => double.IsNaN(v) ? null : Text(v)) : null;
    }

    private static string Text(double value) => ((ulong)value).ToString(CultureInfo.InvariantCulture);
}
