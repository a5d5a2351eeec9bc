using Microsoft.ML.OnnxRuntime;

namespace MaaS.Onnx.Inference;

/// <summary>The execution providers of ONNX Runtime by short names, and the packages that bring them.</summary>
public static class ExecutionProviders
{
    /// <summary>A provider.</summary>
    /// <param name="Name">In options.</param>
    /// <param name="OrtName">As ONNX Runtime lists it.</param>
    /// <param name="Package">Brings it, in place of Microsoft.ML.OnnxRuntime.</param>
    /// <param name="Append">Adds it to a session.</param>
    private sealed record Row(string Name, string OrtName, string Package, Action<SessionOptions> Append);

    private static readonly Row[] Rows =
    [
        new("cpu", "CPUExecutionProvider", "Microsoft.ML.OnnxRuntime", static _ => { }),
        new(
            "cuda", "CUDAExecutionProvider", "Microsoft.ML.OnnxRuntime.Gpu",
            static o => o.AppendExecutionProvider_CUDA()),
        new(
            "tensorrt", "TensorrtExecutionProvider", "Microsoft.ML.OnnxRuntime.Gpu",
            static o => o.AppendExecutionProvider_Tensorrt()),
        new(
            "openvino", "OpenVINOExecutionProvider", "Intel.ML.OnnxRuntime.OpenVino",
            static o => o.AppendExecutionProvider_OpenVINO()),
        new(
            "coreml", "CoreMLExecutionProvider", "Microsoft.ML.OnnxRuntime on macOS",
            static o => o.AppendExecutionProvider_CoreML()),
        new(
            "dml", "DmlExecutionProvider", "Microsoft.ML.OnnxRuntime.DirectML",
            static o => o.AppendExecutionProvider_DML()),
    ];

    /// <summary>The names that options take.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Rows.Select(r => r.Name)];

    /// <summary>The names of those that the application brings along.</summary>
    public static IReadOnlyList<string> Available
    {
        get
        {
            var known = OrtEnv.Instance().GetAvailableProviders();
            return [.. Rows.Where(r => known.Contains(r.OrtName, StringComparer.Ordinal)).Select(r => r.Name)];
        }
    }

    /// <summary>Adds providers to a session.</summary>
    /// <exception cref="ArgumentException">A name is none of <see cref="Names"/>.</exception>
    /// <exception cref="InferenceException">A provider is not there, or does not start.</exception>
    internal static void Append(SessionOptions session, IReadOnlyList<string> providers)
    {
        foreach (var name in providers)
        {
            var row = Array.Find(Rows, r => r.Name == name)
                ?? throw new ArgumentException(
                    $"Providers: expected some of [{string.Join(", ", Names)}], got '{name}'.", nameof(providers));
            if (!Available.Contains(name))
            {
                throw new InferenceException(
                    $"Providers: expected some of [{string.Join(", ", Available)}], which this application brings, got "
                        + $"'{name}'; "
                    + $"the package {row.Package} brings it, in place of Microsoft.ML.OnnxRuntime.");
            }

            try
            {
                row.Append(session);
            }
            catch (Exception e) when (e is OnnxRuntimeException or EntryPointNotFoundException)
            {
                throw new InferenceException($"Providers: '{name}' is there and does not start: {e.Message}", e);
            }
        }
    }
}
