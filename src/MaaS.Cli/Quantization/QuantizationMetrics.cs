using MaaS.Onnx.Quantization;

namespace MaaS.Cli.Quantization;

/// <summary>What was measured of a quantized network, by the names that packages have for it.</summary>
internal static class QuantizationMetrics
{
    public static Dictionary<string, double> Of(QuantizationReport report)
    {
        var metrics = new Dictionary<string, double>
        {
            ["speedup"] = report.Speedup,
            ["compression"] = report.Compression,
        };
        if (report.Outputs is null)
        {
            metrics["accuracy"] = report.Test?.Quantized ?? report.Quantized.Accuracy;
            metrics["float_accuracy"] = report.Test?.Float ?? report.Float.Accuracy;
            if (report.Test is not null)
            {
                metrics["validation_accuracy"] = report.Quantized.Accuracy;
            }

            return metrics;
        }

        if (double.IsFinite(report.Outputs.Decibels))
        {
            metrics["sqnr_db"] = report.Outputs.Decibels;
        }

        if (report.Outputs.Agreement is { } agreement)
        {
            metrics["agreement"] = agreement;
        }

        return metrics;
    }
}
