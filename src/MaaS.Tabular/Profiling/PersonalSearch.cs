using System.Text.RegularExpressions;
using MaaS.Tabular.Cleaning;
using MaaS.Tabular.Tables;
using MaaS.Text.Cleaning;

namespace MaaS.Tabular.Profiling;

/// <summary>Seeks personal data in a column's cells and in its name.</summary>
internal static partial class PersonalSearch
{
    /// <summary>What the cells hold, by kind.</summary>
    public static IReadOnlyList<PersonalFinding> Find(Column column)
    {
        if (PersonalCells.Texts(column) is not { } texts)
        {
            return [];
        }

        // Most cells come again.
        var known = new Dictionary<string, PersonalDataKind[]>(StringComparer.Ordinal);
        var findings = new SortedDictionary<PersonalDataKind, PersonalFinding>();
        for (var row = 0; row < texts.Length; row++)
        {
            if (texts[row] is not { } text)
            {
                continue;
            }

            if (!known.TryGetValue(text, out var kinds))
            {
                var found = new HashSet<PersonalDataKind>();
                PersonalData.Mask(text, kind => found.Add(kind));
                known[text] = kinds = [.. found];
            }

            foreach (var kind in kinds)
            {
                var before = findings.GetValueOrDefault(kind) ?? new PersonalFinding(kind, 0, row + 1);
                findings[kind] = before with { Rows = before.Rows + 1 };
            }
        }

        return [.. findings.Values];
    }

    /// <summary>Whether a column's name is one of personal data, in English or German.</summary>
    public static bool IsPersonal(string name) => Personal().IsMatch(
        Words().Replace(name, " ").ToLowerInvariant());

    // firstName, first_name and "First Name" are the same words.
    [GeneratedRegex(@"(?<=\p{Ll})(?=\p{Lu})|[_\-./ ]+", RegexOptions.CultureInvariant)]
    private static partial Regex Words();

    [GeneratedRegex(
        @"\b(?:e ?mail|mail address|phone|telephone|mobile|fax|telefon|handy"
            + @"|(?:first|last|full|family|given|middle|maiden) ?name|surname|forename|vorname|nachname|familienname"
            + @"|birth ?(?:day|date)?|date of birth|dob|geburtsdatum|geburtstag|(?:home |street |postal )?address"
            + @"|street|anschrift|adresse|strasse|straße|iban|credit ?card|card ?number|account ?number|kontonummer"
            + @"|passport|ssn|social security|sozialversicherungsnummer|ip ?address|tax ?(?:id|number)|steuernummer"
            + @"|licen[cs]e plate|kennzeichen)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Personal();
}
