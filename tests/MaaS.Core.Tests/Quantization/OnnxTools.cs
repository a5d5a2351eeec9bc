using System.Diagnostics;
using MaaS.Core.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Core.Tests.Quantization;

/// <summary>What others say of a model: the onnx package's checker and ONNX Runtime's optimiser.</summary>
internal static class OnnxTools
{
    /// <summary>Runs <c>onnx.checker.check_model</c> and type inference; returns its complaint, or an empty text.</summary>
    public static string Check(OnnxModel model)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");
        model.Save(path);
        try
        {
            var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardError = true };
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add("import sys, onnx; onnx.checker.check_model(sys.argv[1]); onnx.shape_inference.infer_shapes(onnx.load(sys.argv[1]), check_type=True)");
            start.ArgumentList.Add(path);
            using var python = Process.Start(start)!;
            string complaint = python.StandardError.ReadToEnd();
            python.WaitForExit();
            return python.ExitCode == 0 ? "" : complaint;
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The operators that are left when ONNX Runtime has optimised a model for this processor, in order.</summary>
    public static List<string> OptimizedOperators(OnnxModel model)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");
        try
        {
            using var options = new SessionOptions { OptimizedModelFilePath = path, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
            new InferenceSession(model.ToByteArray(), options).Dispose();
            return [.. OnnxModel.Load(path).Graph.Node.Select(static node => node.OpType)];
        }
        finally
        {
            File.Delete(path);
        }
    }
}
