using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Cleaning;

/// <summary>A step that makes a cleaner table of a table and says what it touched.</summary>
public interface ICleaningStep
{
    /// <summary>What the step is called in reports.</summary>
    string Name { get; }

    /// <summary>Cleans a table, which stays as it is.</summary>
    CleaningResult Apply(Table table);
}

/// <summary>What a step made.</summary>
/// <param name="Step">The step's name.</param>
/// <param name="Table">The cleaner table.</param>
/// <param name="Rows">Number of rows that were changed or left out.</param>
/// <param name="Columns">Columns that were changed or left out.</param>
public sealed record CleaningResult(string Step, Table Table, int Rows, IReadOnlyList<string> Columns);
