using MaaS.Tests;
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Onnx.Tests.Quantization;

/// <summary>What others say of a model: the onnx package's checker and ONNX Runtime's optimiser.</summary>
internal static class OnnxTools
{
    /// <summary>Fails the test unless <c>onnx.checker</c> accepts a model, types and shapes included.</summary>
    public static void Check(OnnxModel model)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");
        try
        {
            model.Save(path);
            OnnxChecker.Check(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The operators that are left when ONNX Runtime has optimised a model for this processor, in
    /// order.</summary>
    public static List<string> OptimizedOperators(OnnxModel model)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");
        try
        {
            using var options = new SessionOptions
            {
                OptimizedModelFilePath = path,
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            };
            new InferenceSession(model.ToByteArray(), options).Dispose();
            return [.. OnnxModel.Load(path).Graph.Node.Select(static node => node.OpType)];
        }
        finally
        {
            File.Delete(path);
        }
    }
}
