"""Plans that turn stored documents into responses without per-field work.

| module | what it has to do with an operation |
|---|---|
| `prepared` | the way from its text to its results |
| `documents` | its document, parsed and validated once |
| `persisted`, `trusted` | documents that are named instead of sent, and those that the operator allows |
| `executor` | its execution: by plan, or by graphql-core where there is none or a plan steps aside |
| `plans` | its plan, made once for given values of the variables that its directives read |
| `selections` | what it selects of an object |
| `emitters` | generated code for plain fields: a stored document in, its part of the response out |
| `edges` | fields that a resolver is called for, a level at a time |
| `writing`, `writer` | VMs of which everything selected is plain: MongoDB's bytes in, JSON out |
"""
