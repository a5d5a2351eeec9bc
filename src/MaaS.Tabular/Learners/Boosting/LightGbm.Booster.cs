using System.Runtime.InteropServices;
using System.Text;

namespace MaaS.Tabular.Learners.Boosting;

/// <content>Rounds of boosting.</content>
internal static unsafe partial class LightGbm
{
    /// <summary>Trees that grow round by round.</summary>
    internal sealed class Booster : IDisposable
    {
        private nint _handle;

        /// <summary>A booster without trees.</summary>
        /// <param name="data">A data set with its labels.</param>
        /// <param name="parameters">LightGBM's own parameters.</param>
        /// <exception cref="InvalidOperationException">LightGBM says that something is wrong.</exception>
        public Booster(nint data, string parameters) => Check(BoosterCreate(data, parameters, out _handle));

        /// <summary>Adds a round of trees.</summary>
        /// <returns>False where no split is left.</returns>
        public bool Next()
        {
            Check(BoosterUpdateOneIter(_handle, out var finished));
            return finished == 0;
        }

        /// <summary>Measures every round on other rows too.</summary>
        /// <param name="data">Their data set, with labels and the bins of the first.</param>
        public void Watch(nint data) => Check(BoosterAddValidData(_handle, data));

        /// <summary>The objective's own loss on the rows that <see cref="Watch"/> got, lower is better.</summary>
        public double Loss()
        {
            Check(BoosterGetEvalCounts(_handle, out var count));
            var losses = new double[Math.Max(1, count)];
            fixed (double* loss = losses)
            {
                Check(BoosterGetEval(_handle, 1, out count, loss));
            }

            return losses[0];
        }

        /// <summary>The model as LightGBM writes it to a file.</summary>
        /// <param name="rounds">The first rounds that it has; −1 for all.</param>
        public string Text(int rounds = -1)
        {
            Check(BoosterSaveModelToString(_handle, 0, rounds, 0, 0, out var length, null));
            var text = new byte[length];
            fixed (byte* bytes = text)
            {
                Check(BoosterSaveModelToString(_handle, 0, rounds, 0, length, out _, bytes));
            }

            return Encoding.UTF8.GetString(text).TrimEnd('\0');
        }

        public void Dispose()
        {
            if (_handle != 0)
            {
                Check(BoosterFree(_handle));
                _handle = 0;
            }
        }
    }

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterCreate", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int BoosterCreate(nint data, string parameters, out nint handle);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterUpdateOneIter")]
    private static partial int BoosterUpdateOneIter(nint handle, out int finished);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterAddValidData")]
    private static partial int BoosterAddValidData(nint handle, nint data);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterGetEvalCounts")]
    private static partial int BoosterGetEvalCounts(nint handle, out int count);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterGetEval")]
    private static partial int BoosterGetEval(nint handle, int data, out int count, double* losses);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterSaveModelToString")]
    private static partial int BoosterSaveModelToString(
        nint handle, int start, int iterations, int importance, long length, out long written, byte* text);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterFree")]
    private static partial int BoosterFree(nint handle);
}
