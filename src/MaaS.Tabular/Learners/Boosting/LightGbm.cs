using System.Runtime.InteropServices;
using System.Text;
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

            return Boost(data, labels, weights, parameters, iterations, cancellationToken);
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
    private static string Boost(
        nint data, float[] labels, float[]? weights, string parameters, int iterations,
        CancellationToken cancellationToken)
    {
        nint booster = 0;
        try
        {
            fixed (float* label = labels, weight = weights)
            {
                Check(DatasetSetField(data, "label", label, labels.Length, Float32));
                if (weights is not null)
                {
                    Check(DatasetSetField(data, "weight", weight, weights.Length, Float32));
                }
            }

            Check(BoosterCreate(data, parameters, out booster));
            for (var i = 0; i < iterations; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Check(BoosterUpdateOneIter(booster, out var finished));
                if (finished != 0)
                {
                    break;
                }
            }

            return Text(booster);
        }
        finally
        {
            if (booster != 0)
            {
                Check(BoosterFree(booster));
            }
        }
    }

    private static string Text(nint booster)
    {
        Check(BoosterSaveModelToString(booster, 0, -1, 0, 0, out var length, null));
        var text = new byte[length];
        fixed (byte* bytes = text)
        {
            Check(BoosterSaveModelToString(booster, 0, -1, 0, length, out _, bytes));
        }

        return Encoding.UTF8.GetString(text).TrimEnd('\0');
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

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterCreate", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int BoosterCreate(nint data, string parameters, out nint handle);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterUpdateOneIter")]
    private static partial int BoosterUpdateOneIter(nint handle, out int finished);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterSaveModelToString")]
    private static partial int BoosterSaveModelToString(
        nint handle, int start, int iterations, int importance, long length, out long written, byte* text);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterFree")]
    private static partial int BoosterFree(nint handle);
}
