using System.Runtime.InteropServices;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Learners.Boosting;

/// <content>Data sets that get their rows in pieces: LightGBM keeps a byte a feature and row.</content>
internal static unsafe partial class LightGbm
{
    // LightGBM takes values nearer to 0 than this for 0, which samples leave out.
    private const double Zero = 1e-35;

    /// <summary>A data set whose bins come from a sample, and whose rows come later.</summary>
    internal sealed class RowSet : IDisposable
    {
        private readonly int _rows;
        private readonly string _parameters;
        private nint _data;
        private int _pushed;

        /// <summary>Finds the bins.</summary>
        /// <param name="sample">(rows, features); NaN is a missing value.</param>
        /// <param name="rows">How many rows will be pushed.</param>
        /// <param name="parameters">LightGBM's own parameters.</param>
        /// <exception cref="InvalidOperationException">LightGBM says that something is wrong.</exception>
        public RowSet(Matrix sample, int rows, string parameters)
        {
            (_rows, _parameters) = (rows, parameters);
            List<GCHandle> pinned = [];
            try
            {
                var (values, indices) = (new nint[sample.Columns], new nint[sample.Columns]);
                var counts = new int[sample.Columns];
                for (var c = 0; c < sample.Columns; c++)
                {
                    var column = sample.Column(c);
                    var present = Enumerable.Range(0, column.Length)
                        .Where(r => double.IsNaN(column[r]) || Math.Abs(column[r]) > Zero).ToArray();
                    counts[c] = present.Length;
                    values[c] = Pin(Array.ConvertAll(present, r => column[r]));
                    indices[c] = Pin(present);
                }

                fixed (nint* value = values, index = indices)
                {
                    fixed (int* count = counts)
                    {
                        Check(DatasetCreateFromSampledColumn(
                            (double**)value, (int**)index, sample.Columns, count, sample.Rows, rows, rows, parameters,
                            out _data));
                    }
                }
            }
            finally
            {
                pinned.ForEach(static p => p.Free());
            }

            nint Pin(object array)
            {
                pinned.Add(GCHandle.Alloc(array, GCHandleType.Pinned));
                return pinned[^1].AddrOfPinnedObject();
            }
        }

        /// <summary>An empty data set with the bins of another one.</summary>
        /// <param name="bins">The other one.</param>
        /// <param name="rows">How many rows will be pushed.</param>
        public RowSet(RowSet bins, int rows)
        {
            (_rows, _parameters) = (rows, bins._parameters);
            Check(DatasetCreateByReference(bins._data, rows, out _data));
        }

        /// <summary>Takes more rows.</summary>
        /// <param name="features">(rows, features).</param>
        public void Push(Matrix features)
        {
            if (features.Rows == 0)
            {
                return;
            }

            fixed (double* values = features.Values)
            {
                Check(DatasetPushRows(_data, values, Float64, features.Rows, features.Columns, _pushed));
            }

            _pushed += features.Rows;
        }

        /// <summary>Trains on all rows.</summary>
        /// <param name="labels">One a row, in the order in which rows were pushed.</param>
        /// <param name="iterations">Most rounds.</param>
        /// <param name="cancellationToken">Checked between rounds.</param>
        /// <returns>The model as LightGBM writes it to a file, and the rounds that it has: fewer where no split is
        /// left.</returns>
        /// <exception cref="InvalidOperationException">Rows are missing, or LightGBM says that something is
        /// wrong.</exception>
        public (string Text, int Rounds) Train(float[] labels, int iterations, CancellationToken cancellationToken)
        {
            CheckComplete(labels);
            return Boost(_data, labels, null, _parameters, iterations, cancellationToken);
        }

        /// <summary>Trains on all rows until the loss on others gets no better.</summary>
        /// <param name="labels">One a row, in the order in which rows were pushed.</param>
        /// <param name="others">Rows with the bins of these.</param>
        /// <param name="otherLabels">Theirs.</param>
        /// <param name="iterations">Most rounds.</param>
        /// <param name="patience">Rounds without a lower loss, 1 or more.</param>
        /// <param name="cancellationToken">Checked between rounds.</param>
        /// <returns>The model up to the round of the lowest loss, and that round.</returns>
        /// <exception cref="InvalidOperationException">Rows are missing, or LightGBM says that something is
        /// wrong.</exception>
        public (string Text, int Rounds) Train(
            float[] labels, RowSet others, float[] otherLabels, int iterations, int patience,
            CancellationToken cancellationToken)
        {
            CheckComplete(labels);
            others.CheckComplete(otherLabels);
            SetLabels(_data, labels);
            SetLabels(others._data, otherLabels);
            using var booster = new Booster(_data, _parameters);
            booster.Watch(others._data);
            var (best, lowest) = (1, double.PositiveInfinity);
            for (var round = 1; round <= iterations && round - best <= patience && booster.Next(); round++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (booster.Loss() is var loss && loss < lowest)
                {
                    (best, lowest) = (round, loss);
                }
            }

            return (booster.Text(best), best);
        }

        private void CheckComplete(float[] labels)
        {
            if (_pushed != _rows || labels.Length != _rows)
            {
                throw new InvalidOperationException(
                    $"LightGBM: expected {_rows} rows and labels, got {_pushed} rows and {labels.Length} labels.");
            }
        }

        public void Dispose()
        {
            if (_data != 0)
            {
                Check(DatasetFree(_data));
                _data = 0;
            }
        }
    }

    [LibraryImport(
        Library, EntryPoint = "LGBM_DatasetCreateFromSampledColumn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int DatasetCreateFromSampledColumn(
        double** sample, int** indices, int columns, int* counts, int sampleRows, int rows, long allRows,
        string parameters, out nint handle);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetCreateByReference")]
    private static partial int DatasetCreateByReference(nint reference, long rows, out nint handle);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetPushRows")]
    private static partial int DatasetPushRows(nint handle, void* data, int type, int rows, int columns, int start);
}
