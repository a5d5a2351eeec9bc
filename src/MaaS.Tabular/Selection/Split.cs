namespace MaaS.Tabular.Selection;

/// <summary>Rows to learn from and rows to measure on; no row is in both.</summary>
/// <param name="Train">Row indices.</param>
/// <param name="Test">Row indices.</param>
public sealed record Split(int[] Train, int[] Test);
