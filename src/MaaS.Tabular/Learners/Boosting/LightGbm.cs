using System.Runtime.InteropServices;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Learners.Boosting;

/// <summary>LightGBM's C interface: a model's text from features and labels.</summary>
internal static unsafe partial class LightGbm
{
    private const string Library = "lib_lightgbm";
    private const int Float32 = 0, Float64 = 1;

    /// <summary>Whether the native library loads on this system.</summary>
    public static bool IsAvailable { get; } =
        NativeLibrary.TryLoad(Library, typeof(LightGbm).Assembly, null, out _);

    /// <summary>Trains a booster.</summary>
    /// <param name="features">(rows, features); NaN is a missing value.</param>
    /// <param name="labels">One a row.</param>
    /// <param name="weights">One a row.</param>
    /// <param name="parameters">LightGBM's own parameters.</param>
    /// <param name="iterations">Most rounds; fewer where no split is left.</param>
    /// <param name="cancellationToken">Checked between rounds.</param>
    /// <returns>The model as LightGBM writes it to a file.</returns>
    /// <exception cref="InvalidOperationException">LightGBM says that something is wrong.</exception>
    /// <exception cref="DllNotFoundException">There is no LightGBM for this system.</exception>
    public static string Train(
        Matrix features, float[] labels, float[] weights, string parameters, int iterations,
        CancellationToken cancellationToken)
    {
        nint data = 0;
        try
        {
            fixed (double* values = features.Values)
            {
                Check(DatasetCreateFromMat(
                    values, Float64, features.Rows, features.Columns, 1, parameters, 0, out data));
            }

            return Boost(data, labels, weights, parameters, iterations, cancellationToken).Text;
        }
        finally
        {
            if (data != 0)
            {
                Check(DatasetFree(data));
            }
        }
    }

    // Without weights every row counts alike.
    private static (string Text, int Rounds) Boost(
        nint data, float[] labels, float[]? weights, string parameters, int iterations,
        CancellationToken cancellationToken)
    {
        SetLabels(data, labels);
        if (weights is not null)
        {
            fixed (float* weight = weights)
            {
                Check(DatasetSetField(data, "weight", weight, weights.Length, Float32));
            }
        }

        using var booster = new Booster(data, parameters);
        var rounds = 0;
        while (rounds < iterations && booster.Next())
        {
            cancellationToken.ThrowIfCancellationRequested();
            rounds++;
        }

        return (booster.Text(), rounds);
    }

    private static void SetLabels(nint data, float[] labels)
    {
        fixed (float* label = labels)
        {
            Check(DatasetSetField(data, "label", label, labels.Length, Float32));
        }
    }

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new InvalidOperationException($"LightGBM: {Marshal.PtrToStringUTF8(GetLastError())}");
        }
    }

    [LibraryImport(Library, EntryPoint = "LGBM_GetLastError")]
    private static partial nint GetLastError();

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetCreateFromMat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int DatasetCreateFromMat(
        void* data, int type, int rows, int columns, int isRowMajor, string parameters, nint reference,
        out nint handle);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetSetField", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int DatasetSetField(nint handle, string name, void* data, int count, int type);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetFree")]
    private static partial int DatasetFree(nint handle);
}
