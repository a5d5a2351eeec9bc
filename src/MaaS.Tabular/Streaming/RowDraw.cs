using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Streaming;

/// <summary>Which rows of a stream are held back, which say when boosting ends, which are the sample, and which are
/// only learned from: a byte a row.</summary>
internal sealed class RowDraw
{
    private readonly Part[] _parts;

    /// <summary>Draws.</summary>
    /// <param name="rows">Rows of the stream.</param>
    /// <param name="testShare">Share that is held back.</param>
    /// <param name="sampleRows">Rows of the sample, as the mean of the draw; all that are not held back where there are
    /// no more.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <param name="validationShare">Share of the rows that are not held back which say when boosting ends; 0 for
    /// none.</param>
    public RowDraw(int rows, double testShare, int sampleRows, int seed, double validationShare = 0)
    {
        var random = new Random(seed);
        var sampleShare = sampleRows / ((1 - testShare) * (1 - validationShare) * rows);
        _parts = new Part[rows];
        for (var row = 0; row < rows; row++)
        {
            _parts[row] = random.NextDouble() < testShare ? Part.Test
                : validationShare > 0 && random.NextDouble() < validationShare ? Part.Validation
                : random.NextDouble() < sampleShare ? Part.Sample : Part.Train;
        }
    }

    public enum Part : byte
    {
        Train,
        Sample,
        Validation,
        Test,
    }

    /// <summary>The rows of a part, counted from 0 in the whole stream.</summary>
    public int[] Rows(Part part) => Rows(part, 0, _parts.Length);

    /// <summary>The rows of a batch that are of a part.</summary>
    /// <param name="part">The part.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="before">Rows of the stream before it.</param>
    public Table Take(Part part, Table batch, int before)
        => batch.Take([.. Rows(part, before, batch.Rows).Select(r => r - before)]);

    private int[] Rows(Part part, int start, int count)
        => [.. Enumerable.Range(start, count).Where(row => _parts[row] == part)];
}
