using MaaS.Training.Models.Transformers.Lora;

namespace MaaS.Training.Pipelines.Generation;

/// <summary>What a language model's fine-tuning changes, and on what.</summary>
public sealed record FineTuningOptions
{
    /// <summary>Small matrices that are trained in place of the weights; null to train all weights.</summary>
    public LoraOptions? Lora { get; init; }

    /// <summary>Folder that gets the small matrices in PEFT's layout; null for none. Needs
    /// <see cref="Lora"/>.</summary>
    public string? AdapterFolder { get; init; }

    /// <summary>Most tokens of an example; null for 512, or the model's longest sequence where that is less.</summary>
    public int? Context { get; init; }

    /// <summary>Share of texts or conversations that is held back for the last measurement, above 0 and below
    /// 1.</summary>
    public double HeldBack { get; init; } = 0.1;
}
