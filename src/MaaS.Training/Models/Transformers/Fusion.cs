namespace MaaS.Training.Models.Transformers;

/// <summary>Where image and text meet.</summary>
public enum Fusion
{
    /// <summary>Patches and tokens are one sequence, and every layer sees both (as in ViLT, Kim et al. 2021).</summary>
    Early,

    /// <summary>Each has an encoder of its own; their vectors and the vectors' product meet in two dense
    /// layers.</summary>
    Late,
}
