using MaaS.Training.Fitting;
using MaaS.Training.Models;

namespace MaaS.Training.Images.Pipelines;

/// <summary>How the stages of a pretrained <see cref="BasicResNet"/> are trained.</summary>
internal static class BackboneRules
{
    private static readonly string[] Stem = ["conv1", "bn1"];
    private static readonly string[] Stages = ["layer1", "layer2", "layer3", "layer4"];

    /// <summary>The rules.</summary>
    /// <param name="frozenEpochs">Epochs in which the head learns alone, 0 or more.</param>
    /// <param name="decay">Rate of a stage by that of the next one, above 0 to 1.</param>
    public static IEnumerable<ParameterRule> Of(int frozenEpochs, double decay)
    {
        if (decay < 1)
        {
            foreach (var rule in ParameterRule.LayerWise([.. Stages, "fc"], decay))
            {
                yield return rule;
            }

            foreach (var name in Stem)
            {
                yield return new ParameterRule
                {
                    Names = name,
                    LearningRateFactor = Math.Pow(decay, Stages.Length + 1),
                };
            }
        }

        if (frozenEpochs > 0)
        {
            var first = frozenEpochs == int.MaxValue ? frozenEpochs : frozenEpochs + 1;
            foreach (var name in Stem.Concat(Stages))
            {
                yield return new ParameterRule { Names = name, FrozenUntilEpoch = first };
            }
        }
    }
}
